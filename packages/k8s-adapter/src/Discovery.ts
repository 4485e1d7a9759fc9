/**
 * What an API server serves: groups, versions and kinds, read from its discovery endpoints.
 *
 * @since 0.1.0
 */

/**
 * How a kind is served: the path it is found under, its scope, and the verbs it takes.
 *
 * @category models
 * @since 0.1.0
 */
export interface ApiResource {
  /** `""` for the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  /** The name in the path: `deployments`. */
  readonly plural: string
  readonly singular: string
  readonly shortNames: ReadonlyArray<string>
  readonly categories: ReadonlyArray<string>
  readonly namespaced: boolean
  readonly verbs: ReadonlyArray<string>
  /** Endpoints below the object: `status`, `scale`. */
  readonly subresources: ReadonlyArray<string>
}
