/** A sleep that can be cut short. A wake while nobody sleeps is remembered, so that none is ever missed. */
export class WakeableTimer {
  private awake = false;
  private end: (() => void) | null = null;

  wake(): void {
    this.awake = true;
    this.end?.();
  }

  async sleep(milliseconds: number): Promise<void> {
    if (!this.awake) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.end = null;
    }
    this.awake = false;
  }
}
