/** How hard the fuzz test tries; more of them where time is no matter. */
export const FUZZ = {
  mutations: Number(process.env['IMAGO_FUZZ_MUTATIONS'] ?? 400),
  seed: Number(process.env['IMAGO_FUZZ_SEED'] ?? 1),
};

/** How hard the proof tries, all kinds of files together. */
export const PROOF = { inputs: Number(process.env['IMAGO_FUZZ_INPUTS'] ?? 1_000_000), seed: FUZZ.seed };
