import { parseArgs } from 'node:util';
import { buildImage } from './build-image.ts';
import { IMAGES, type ImageName } from './images.ts';

const USAGE = `usage: npm run image -- ${Object.keys(IMAGES).join('|')} --output FILE [--name NAME:TAG]
Writes an archive for docker load, podman load or ctr image import, and prints the name and the digest of the image.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { output: { type: 'string' }, name: { type: 'string' } },
});
const [which = ''] = positionals;
if (!Object.hasOwn(IMAGES, which) || positionals.length !== 1 || values.output === undefined) {
  process.stderr.write(`${USAGE}\n`);
  process.exitCode = 2;
} else {
  const image = which as ImageName;
  const { name, digest } = await buildImage(image, {
    output: values.output,
    ...(values.name && { name: values.name }),
  });
  process.stdout.write(`${name} ${digest}\n`);
}
