/**
 * What the body of a log that was to be followed breaks with when its source gave all that there was, and can't tell when there is more. It is there,
 * and has to be asked for again after a while: each time it is read anew.
 */
export class LogNotFollowed extends Error {
  override readonly name = 'LogNotFollowed';
}

/** What the body of a log breaks with when its source does not hold what was read of it before: that, or what it gives now, is not the log. */
export class LogContradicted extends Error {
  override readonly name = 'LogContradicted';
}
