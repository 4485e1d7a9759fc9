/** Addresses of a simulated cluster, and where on the loopback interface they really are. */

/**
 * `10.a.b.c` is `127.a.b.c`, at the same port. Linux takes all of 127/8 for itself without being told, and nothing of
 * this needs root. Objects of the cluster have to show the former: the API refuses loopback addresses in them.
 */
export const toLoopback = (address: string): string => address.replace(/^10\./, "127.")
