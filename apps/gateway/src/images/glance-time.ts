/** `YYYY-MM-DDTHH:MM:SSZ`: some clients parse nothing else. */
export function glanceTime(instant: string): string {
  return instant.replace(/\.\d+Z$/, 'Z');
}
