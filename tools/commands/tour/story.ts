import { styleText } from 'node:util';
import type { JobOnBoard } from '@imago/contracts';

const BAR = 24;

/** The tour's numbered chapters and their lines on the terminal. */
export class Story {
  #chapter = 0;

  chapter(title: string): void {
    this.#chapter += 1;
    console.log(`\n${styleText('bold', `${this.#chapter}  ${title}`)}`);
  }

  line(text: string): void {
    console.log(`   ${text}`);
  }

  /** Columns as wide as their widest cell. */
  table(rows: readonly (readonly string[])[]): void {
    const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
    for (const row of rows)
      this.line(
        row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
      );
  }
}

/** A job's progress: one line that is written over on a terminal, one line per phase elsewhere. */
export class Progress {
  #phase = '';
  #open = false;

  readonly show = (job: JobOnBoard): void => {
    if (process.stdout.isTTY) {
      if (this.#open && job.phase !== this.#phase) process.stdout.write('\n');
      process.stdout.write(`\r\u001b[K   ${lineOf(job)}`);
      this.#open = true;
      if (job.finished_at !== null) process.stdout.write('\n');
    } else if (job.phase !== this.#phase || job.finished_at !== null) {
      console.log(`   ${lineOf(job)}`);
    }
    this.#phase = job.phase;
  };
}

function lineOf({ state, phase, bytes_done, bytes_total, rate, eta, queue_position }: JobOnBoard): string {
  if (state === 'queued') return `waiting, at position ${queue_position ?? '?'}`;
  const total = Number(bytes_total ?? 0);
  const share = total === 0 ? 0 : Math.min(1, Number(bytes_done) / total);
  const bar = '#'.repeat(Math.round(share * BAR)).padEnd(BAR, '-');
  const speed = rate === null ? '' : `  ${mebibytes(rate)}/s`;
  const left = eta === null ? '' : `  ${eta} s left`;
  const amount = bytes_total === null ? '' : `  ${mebibytes(bytes_done)} of ${mebibytes(bytes_total)}`;
  return `${phase.padEnd(9)} [${bar}] ${String(Math.round(share * 100)).padStart(3)} %${amount}${speed}${left}`;
}

export function mebibytes(bytes: string | number): string {
  return `${(Number(bytes) / 2 ** 20).toFixed(1)} MiB`;
}
