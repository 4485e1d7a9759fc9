/** The version of this package, for the `User-Agent`. A test keeps it equal to package.json's. */
export const version = "0.0.0"
