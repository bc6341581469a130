/** Files that are judged at the same time; each has its own conversation. */
export const FILES_AT_ONCE = 4;
/** Archives within archives; what is deeper is told as not looked at. */
const DEEPEST_ARCHIVE = 16;
const MOST_FILES_IN_ARCHIVE = 10_000;
/** Milliseconds for one file with all that is in it. */
const LONGEST_JUDGEMENT = 120_000;

/**
 * The settings of a clamd that judges what is streamed to it and does nothing else. What passes a limit is told and not
 * passed over in silence.
 */
export function clamdSettings(workplace: string, signatures: string, fileMib: number): string {
  const settings: Readonly<Record<string, string | number>> = {
    LocalSocket: `${workplace}/clamd.sock`,
    TemporaryDirectory: workplace,
    DatabaseDirectory: signatures,
    OfficialDatabaseOnly: 'no',
    Foreground: 'yes',
    SelfCheck: 0,
    MaxThreads: FILES_AT_ONCE,
    MaxConnectionQueueLength: 4 * FILES_AT_ONCE,
    ExitOnOOM: 'yes',
    StreamMaxLength: `${fileMib}M`,
    MaxFileSize: `${fileMib}M`,
    MaxScanSize: `${2 * fileMib}M`,
    MaxScanTime: LONGEST_JUDGEMENT,
    MaxRecursion: DEEPEST_ARCHIVE,
    MaxFiles: MOST_FILES_IN_ARCHIVE,
    AlertExceedsMax: 'yes',
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
}
