/**
 * The same `ip` on every resource of ours. Jaeger takes this attribute as the identity of the host whose clock a span was measured with,
 * and flags every asynchronous child that outlives its parent with a clock skew warning when the identities differ or are missing.
 * It compares the text only; ours is a name, because there is no one address.
 */
export const HOST_KEY = 'lacuna';
