import { closeSync, openSync, readSync, statSync } from "node:fs";
import { copyFile, stat, truncate } from "node:fs/promises";

const LOG_BYTES_MAX = 16 * 1024 * 1024;
const CHECK_EVERY_MS = 30_000;
const TAIL_BYTES = 8 * 1024;

/** Bounds the log at two files of 16 MiB for as long as this process runs the server. */
export function boundLog(path: string): { close(): void } {
  const timer = setInterval(() => void rotateLog(path), CHECK_EVERY_MS);
  timer.unref();
  return { close: () => clearInterval(timer) };
}

/**
 * Copies and empties: PostgreSQL holds the file open, in append mode, so it goes on at the start. Lines written
 * between the copy and the cut are lost, which costs less than one more process for the log.
 */
export async function rotateLog(path: string, bytesMax: number = LOG_BYTES_MAX): Promise<void> {
  try {
    const { size } = await stat(path);
    if (size <= bytesMax) return;
    await copyFile(path, `${path}.1`);
    await truncate(path);
  } catch {
    // A full disk or a folder that was removed: the server says so itself.
  }
}

export function logSize(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/** What was logged after `from`, at most the last 8 KiB. */
export function readLog(path: string, from: number): string {
  const start = Math.max(from, logSize(path) - TAIL_BYTES);
  const buffer = Buffer.alloc(TAIL_BYTES);
  try {
    const file = openSync(path, "r");
    try {
      return buffer.toString("utf8", 0, readSync(file, buffer, 0, TAIL_BYTES, start));
    } finally {
      closeSync(file);
    }
  } catch {
    return "";
  }
}
