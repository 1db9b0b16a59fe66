export interface Progress {
  advance(amount: number): void;
  end(): void;
}

const WIDTH = 30;
const INTERVAL_MS = 100;
const SILENT: Progress = { advance: () => {}, end: () => {} };

/** A progress bar on standard error, if that is a terminal; nothing otherwise. Amounts are bytes. */
export function startProgress(label: string, total: number, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return SILENT;
  let done = 0;
  let printedAt = 0;
  const show = () => stream.write(`\r${label} ${renderBar(done, total)}`);
  return {
    advance(amount) {
      done += amount;
      const now = Date.now();
      if (now - printedAt < INTERVAL_MS) return;
      printedAt = now;
      show();
    },
    end() {
      show();
      stream.write('\n');
    },
  };
}

/** `[##########....................]  33 %  25.1 of 76.0 MiB` */
export function renderBar(done: number, total: number): string {
  const share = total === 0 ? 1 : Math.min(done / total, 1);
  const filled = Math.round(share * WIDTH);
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${percent} %  ${mebibytes(done)} of ${mebibytes(total)} MiB`;
}
