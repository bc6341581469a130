/** What a page may have in bytes: an answer must stay under a mebibyte, and a page that would not is shorter. */
export const ANSWER_BYTES = 900 * 1024;
