/**
 * What a log may say that explains a failure, as the words that say it: error names of libc and Node (errno(3)), of Python, Go, Java and the
 * common database drivers, and HTTP statuses as clients print them. Words only, of five bytes or more: a bare `429` may be any number.
 */
export const SIGNAL_WORDS = {
  'connection-refused': [
    'ECONNREFUSED',
    'Connection refused',
    'connection refused',
    'ConnectionRefused',
    'RemoteDisconnected',
  ],
  'connection-reset': [
    'ECONNRESET',
    'Connection reset',
    'connection reset',
    'socket hang up',
    'Broken pipe',
    'ECONNABORTED',
  ],
  'connection-timeout': [
    'ETIMEDOUT',
    'onnection timed out',
    'ReadTimeout',
    'ConnectTimeout',
    'i/o timeout',
    'deadline exceeded',
  ],
  'name-lookup': ['ENOTFOUND', 'EAI_AGAIN', 'Name or service not known', 'name resolution', 'no such host'],
  'rate-limited': [
    'Too Many Requests',
    'too many requests',
    'HTTP 429',
    'status 429',
    'status code 429',
    '429 Client Error',
  ],
  'server-busy': ['Service Unavailable', 'HTTP 503', 'status 503', 'status code 503', '503 Server Error'],
  'pool-exhausted': [
    'QueuePool limit',
    'pool exhausted',
    'connection pool is full',
    'too many connections',
    'Too many connections',
    'too many clients',
    'remaining connection slots',
    'acquiring connection',
    'Max retries exceeded',
  ],
  'address-in-use': ['EADDRINUSE', 'ddress already in use'],
  'disk-full': ['ENOSPC', 'No space left on device', 'Disk quota exceeded'],
  'file-limit': ['EMFILE', 'oo many open files'],
  'out-of-memory': ['MemoryError', 'heap out of memory', 'Cannot allocate memory', 'bad_alloc'],
  crash: [
    'Segmentation fault',
    'core dumped',
    'double free or corruption',
    'stack smashing detected',
    'Fatal Python error',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type SignalKind = keyof typeof SIGNAL_WORDS;

/** One kind of signal in a log. */
export interface LogSignal {
  readonly kind: SignalKind;
  /** Lines that have it. */
  readonly count: number;
  /** Byte of the first and of the last occurrence. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** The line of the last occurrence, shortened. */
  readonly line: string;
}

/** What a log says that a diagnosis may want to know. */
export interface LogSignals {
  /** Bytes that were read. */
  readonly bytes: number;
  /** By kind; most frequent first. */
  readonly found: readonly LogSignal[];
  /** The last lines, as text. */
  readonly tail: readonly string[];
}
