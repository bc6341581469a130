/** How hard the fuzz test tries; more of them where time is no matter. */
export const FUZZ = {
  mutations: Number(process.env['IMAGO_FUZZ_MUTATIONS'] ?? 400),
  seed: Number(process.env['IMAGO_FUZZ_SEED'] ?? 1),
};
