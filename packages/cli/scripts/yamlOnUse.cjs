/**
 * The `yaml` package, run when it is used first: most kubeconfigs and manifests are so plain that it is not. CommonJS,
 * since only that can be loaded in the middle of a function; the bundler puts both into one.
 */
const names =
  "Alias CST Composer Document Lexer LineCounter Pair Parser Scalar Schema YAMLError YAMLMap YAMLParseError YAMLSeq YAMLWarning isAlias isCollection isDocument isMap isNode isPair isScalar isSeq parse parseAllDocuments parseDocument stringify visit visitAsync"

let loaded

for (const name of names.split(" ")) {
  Object.defineProperty(exports, name, {
    enumerable: true,
    get: () => {
      // The package's build for browsers is ES modules, of which only what is used is kept.
      loaded ??= require("../node_modules/yaml/browser/dist/index.js")
      return loaded[name]
    }
  })
}
