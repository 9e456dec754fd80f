// What was dropped without being closed stays in the module until it ends. It is said once for each.
const registry = typeof FinalizationRegistry === "undefined" ? undefined
  : new FinalizationRegistry<{ what: string; warn: (text: string) => void }>(({ what, warn }) => warn(`golws: ${what} was dropped without being closed`));

/** Warns when `object` is collected before forget(object). `warn` must not refer to it. */
export function watch(object: object, what: string, warn: (text: string) => void = (text) => console.warn(text)): void {
  registry?.register(object, { what, warn }, object);
}

export function forget(object: object): void {
  registry?.unregister(object);
}
