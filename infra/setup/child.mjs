import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Runs a program to its end and gives its exit code (128 + number after a signal, as shells do). Signals that reach us are
 * passed on. Options are those of `spawn`; by default it shares our terminal.
 */
export function run(command, args, options = {}) {
  const child = spawn(command, args, { stdio: 'inherit', ...options });
  const stopPassing = passSignalsTo(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  }).finally(stopPassing);
}

/**
 * Ctrl-C in a terminal reaches the whole process group, so the child has it already: passing it on as well would be a second
 * one, which tells a draining service to give up at once.
 */
function passSignalsTo(child) {
  const listeners = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
    const listener = () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    process.on(signal, listener);
    return [signal, listener];
  });
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}
