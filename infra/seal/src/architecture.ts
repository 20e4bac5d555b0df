/** Processors of nodes, as their label `kubernetes.io/arch` names them, and what the compiler must know of each. */
export const ARCHITECTURES = {
  amd64: { target: 'x86_64-linux-none', sha256: 'baseline+sha+avx2' },
  arm64: { target: 'aarch64-linux-none', sha256: 'baseline+sha2' },
} as const;

export type Architecture = keyof typeof ARCHITECTURES;

export const programOf = (architecture: Architecture): string => `seal-${architecture}`;

/** That of this machine. */
export const OWN_ARCHITECTURE: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
