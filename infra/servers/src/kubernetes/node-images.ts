import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../command.ts';
import { nodeProgram } from './node-prerequisites.ts';

/** For pods of tests, with a shell and the usual small programs. There is no registry: `imagePullPolicy: Never`. */
export const BUSYBOX_IMAGE = 'localhost/busybox:1';

/** Keeps the namespaces of a pod. The name is in containerd's configuration as well. */
const PAUSE_IMAGE = 'localhost/pause:1';

/** One layer, and the images that are made of it. */
export interface ImageSource {
  /** The command of each image, by its name, such as `localhost/busybox:1`. */
  readonly commands: Readonly<Record<string, readonly string[]>>;
  /** Fills an empty folder with what is to be the images' file system. */
  readonly makeRoot: (root: string) => Promise<void>;
}

/** The two images that every node has, both of the busybox of this machine. */
export const BASE_IMAGES: ImageSource = {
  commands: { [BUSYBOX_IMAGE]: ['sh'], [PAUSE_IMAGE]: ['tail', '-f', '/dev/null'] },
  makeRoot: installBusybox,
};

/** Makes the images and gives them to the containerd behind the socket. `folder` is for the files in between. */
export async function importImages(source: ImageSource, folder: string, socket: string): Promise<void> {
  const root = join(folder, 'root');
  await rm(folder, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  await source.makeRoot(root);
  await run('tar', ['-C', root, '-cf', join(folder, 'layer.tar'), '.']);
  await describeImages(folder, source.commands);
  const archive = join(folder, 'images.tar');
  await run('tar', ['-C', folder, '--exclude=root', '--exclude=images.tar', '-cf', archive, '.']);
  await run('ctr', ['--address', socket, '--namespace', 'k8s.io', 'images', 'import', archive]);
  await rm(folder, { recursive: true });
}

/** Adds busybox under the name of everything it can do. */
export async function installBusybox(root: string): Promise<void> {
  for (const name of ['bin', 'etc', 'tmp']) await mkdir(join(root, name), { recursive: true });
  await copyFile(nodeProgram('busybox'), join(root, 'bin/busybox'));
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\n');
  const applets = (await run('busybox', ['--list'])).split('\n').filter((name) => name !== '' && name !== 'busybox');
  for (const applet of applets) await symlink('busybox', join(root, 'bin', applet));
}

/** The files that make a layer an image, in the format of `docker save`. */
async function describeImages(folder: string, commands: ImageSource['commands']): Promise<void> {
  const layer = createHash('sha256').update(await readFile(join(folder, 'layer.tar')));
  const rootfs = { type: 'layers', diff_ids: [`sha256:${layer.digest('hex')}`] };
  const platform = { architecture: process.arch === 'x64' ? 'amd64' : process.arch, os: 'linux' };
  const manifest: object[] = [];
  for (const [image, command] of Object.entries(commands)) {
    const name = `config-${manifest.length}.json`;
    const config = { ...platform, config: { Env: ['PATH=/bin'], Cmd: command }, rootfs };
    await writeFile(join(folder, name), JSON.stringify(config));
    manifest.push({ Config: name, RepoTags: [image], Layers: ['layer.tar'] });
  }
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
}

async function run(program: 'busybox' | 'ctr' | 'tar', args: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const onLine = (line: string): void => void lines.push(line);
  const result = await runCommand(nodeProgram(program), args, { env: process.env, onLine });
  if (result.kind === 'failed') throw new Error(`${program} failed (${result.reason}): ${result.output}`);
  return lines.join('\n');
}
