/** How fast a file travels, smoothed over the last seconds. */

const SAMPLE_SECONDS = 0.5;
const WEIGHT = 0.3;

export class TransferRate {
  /** Bytes a second; null before the first half second. */
  bytesPerSecond: number | null = null;
  #sinceSeconds: number | null = null;
  #sinceBytes = 0;

  /** Note how many bytes are done now. */
  note(doneBytes: number, nowSeconds: number): void {
    if (this.#sinceSeconds === null) {
      this.#sinceSeconds = nowSeconds;
      this.#sinceBytes = doneBytes;
      return;
    }
    const seconds = nowSeconds - this.#sinceSeconds;
    if (seconds < SAMPLE_SECONDS) return;
    const sample = Math.max(0, doneBytes - this.#sinceBytes) / seconds;
    const before = this.bytesPerSecond;
    this.bytesPerSecond = before === null ? sample : before + WEIGHT * (sample - before);
    this.#sinceSeconds = nowSeconds;
    this.#sinceBytes = doneBytes;
  }

  /** The transfer stands still: what was measured is over. */
  pause(): void {
    this.bytesPerSecond = null;
    this.#sinceSeconds = null;
  }
}
