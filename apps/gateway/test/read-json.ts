/** The body of an answer, as whatever a spec expects of it. */
export async function readJson(response: Response) {
  return JSON.parse(await response.text());
}
