/**
 * The language tag (BCP 47) that a system or a browser means by its name for a language: `ko_KR.UTF-8` is `ko-KR`, `en-US@posix` is `en-US`.
 * Null if it means none, as `C`. Whatever formats for a language throws on a name that is no tag, libraries while they load.
 */
export function languageTag(name: unknown): string | null {
  if (typeof name !== 'string') return null;
  const [plain = ''] = name.split(/[@.]/);
  try {
    return Intl.getCanonicalLocales(plain.replaceAll('_', '-'))[0] ?? null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
