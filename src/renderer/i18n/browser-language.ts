/**
 * A browser takes its language from the system, and there are systems whose name for it is no language tag (`en-US@posix`). Everything that
 * formats for the browser's language throws on such a one, libraries while they load. To be imported before all else.
 */
function isTag(language: string): boolean {
  try {
    return Intl.getCanonicalLocales(language).length === 1;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

if (!isTag(navigator.language)) {
  const [plain = ''] = navigator.language.split(/[@.]/);
  const language = isTag(plain) ? plain : 'en';
  const others = navigator.languages.filter(isTag);
  Object.defineProperty(navigator, 'language', { value: language });
  Object.defineProperty(navigator, 'languages', { value: others.length > 0 ? others : [language] });
}
