import type { Command } from 'commander';
import { withExample } from '../verb.js';

export function registerServe(command: Command): void {
  withExample(command, 'BAILIWICK_PORT=8080 bailiwick serve').action(async () => {
    const { main } = await import('../../main.js');
    await main([]);
  });
}
