import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tool } from '../cases/index.ts';
import type { Toolbox } from './toolbox.ts';

const SUITES = join(import.meta.dirname, '../fixtures/suites');
const REPOSITORY = realpathSync(join(import.meta.dirname, '../../../..'));
/** A tool that hangs is a failure of the test, not a reason to wait. */
const PATIENCE = '150s';

interface Run {
  /** stdout and stderr, as they came. */
  readonly output: Uint8Array;
  readonly exitCode: number | null;
}

/** A temporary copy of one tool's suites (whose files end in `.txt`, so that no other tool takes them for its own). */
export class Workspace implements Disposable {
  readonly directory: string;
  readonly #toolbox: Toolbox;

  constructor(tool: Tool, toolbox: Toolbox) {
    this.directory = realpathSync(mkdtempSync(join(tmpdir(), 'lacuna-suite-')));
    this.#toolbox = toolbox;
    cpSync(join(SUITES, tool), this.directory, { recursive: true });
    for (const file of readdirSync(this.directory, { recursive: true, encoding: 'utf8' })) {
      if (file.endsWith('.txt')) renameSync(join(this.directory, file), join(this.directory, file.slice(0, -4)));
    }
    symlinkSync(tool === 'vitest' ? join(REPOSITORY, 'node_modules') : toolbox.modules, this.#path('node_modules'));
  }

  /** Runs a command as a shell would, in a terminal-less place like a container. */
  async run(command: string): Promise<Run> {
    const { NO_COLOR: _, FORCE_COLOR: __, COLUMNS: ___, ...env } = process.env;
    const path = `${this.#toolbox.path}:${join(REPOSITORY, 'node_modules/.bin')}`;
    // `timeout` ends the whole process group: a grandchild would keep the pipe open.
    const child = spawn('timeout', ['--kill-after=1', PATIENCE, 'sh', '-c', `{ ${command}; } 2>&1`], {
      cwd: this.directory,
      env: { ...env, PATH: path, CI: '1', GOFLAGS: '-count=1', ...colours(command) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output, [exitCode]] = await Promise.all([buffer(child.stdout), once(child, 'close')]);
    return { output, exitCode: exitCode as number | null };
  }

  read(file: string): Uint8Array {
    return readFileSync(this.#path(file));
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true });
  }

  #path(file: string): string {
    return join(this.directory, file);
  }
}

function colours(command: string): NodeJS.ProcessEnv {
  return command.includes('FORCE_COLOR') ? {} : { NO_COLOR: '1' };
}
