// Stands in for npm: notes each call in `$SANDBOX/npm-calls` and makes what the real one would leave behind.
const { appendFileSync, chmodSync, existsSync, mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const [command, ...args] = process.argv.slice(2);
const spec = args.at(-1);
appendFileSync(join(process.env.SANDBOX, 'npm-calls'), `${command === 'ci' ? 'ci' : `${command} ${spec}`}\n`);

if (command === 'ci') {
  mkdirSync('node_modules', { recursive: true });
  if (existsSync(join(process.env.SANDBOX, 'npm-breaks'))) process.exit(1);
} else {
  const [name, version] = spec.split('@');
  const bin = join(args[args.indexOf('--prefix') + 1], 'node_modules', name, 'bin');
  const works = !(name === 'node' && process.env.SCRIPTS_ARE_NOT_RUN);
  mkdirSync(bin, { recursive: true });
  const script = `if [ "$1" = -v ]; then echo v${version}; else exec '${process.execPath}' "$@"; fi`;
  writeFileSync(join(bin, 'node'), `#!/bin/sh\n${works ? script : 'exit 1'}\n`);
  chmodSync(join(bin, 'node'), 0o755);
}
