/*
 * Stands in the page itself, before everything that is fetched, and so is there whatever fails. It watches over the page's style and
 * entry: a style is asked for again, a page whose entry failed is loaded anew (a browser never asks again for a module that failed),
 * both a bounded number of times. The build puts it into index.html; it may import nothing that the page imports, too.
 */
import { languageTag } from '../shared/format/language-tag.ts';

const startsKey = 'trainyard-starts';
const mostStarts = 8;
const mostStyles = 8;

/** Lets everything that comes after find language tags alone where the browser says its languages: libraries ask it while they load. */
function keepLanguageTags(): void {
  const tags = [...(navigator.languages ?? [])].map(languageTag).filter((tag) => tag !== null);
  const language = languageTag(navigator.language) ?? tags[0] ?? 'en';
  Object.defineProperty(navigator, 'language', { value: language });
  Object.defineProperty(navigator, 'languages', { value: tags.length > 0 ? tags : [language] });
}

keepLanguageTags();

const korean = /^ko(-|$)/.test(localStorage.getItem('trainyard-language') ?? navigator.language);

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function show(message: string, action: string): void {
  const root = document.getElementById('root');
  if (!root) return;
  const text = document.createElement('p');
  text.textContent = message;
  const button = document.createElement('button');
  button.textContent = action;
  button.addEventListener('click', () => window.location.reload());
  const box = document.createElement('main');
  box.setAttribute('role', 'alert');
  box.style.cssText =
    'font: 16px/1.6 system-ui, sans-serif; max-width: 32em; margin: 18vh auto; padding: 0 1.5em';
  box.append(text, button);
  root.replaceChildren(box);
}

/** Waits until the engine answers: a reload before that would end on the browser's own error page, which never comes back. */
async function untilAnswered(): Promise<void> {
  for (;;) {
    const answered = await fetch(window.location.pathname, { cache: 'no-store' }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return;
    await pause(1000);
  }
}

let starting = false;

async function startAnew(): Promise<void> {
  if (starting) return;
  starting = true;
  const starts = Number(sessionStorage.getItem(startsKey) ?? 0);
  if (starts >= mostStarts) {
    sessionStorage.removeItem(startsKey);
    show(
      korean
        ? '페이지를 불러오지 못했습니다. 엔진이 실행 중인지 확인하고 다시 시도하세요.'
        : 'The page could not be loaded. See whether the engine is running, then try again.',
      korean ? '다시 시도' : 'Try again',
    );
    return;
  }
  sessionStorage.setItem(startsKey, String(starts + 1));
  await pause(Math.min(2000, 50 * 2 ** starts));
  await untilAnswered();
  window.location.reload();
}

function askForStyleAgain(link: HTMLLinkElement): void {
  const tries = Number(link.dataset.tries ?? 0) + 1;
  if (tries > mostStyles) {
    void startAnew();
    return;
  }
  const again = document.createElement('link');
  again.rel = 'stylesheet';
  again.dataset.tries = String(tries);
  const address = new URL(link.href);
  address.searchParams.set('again', String(tries));
  again.href = address.href;
  setTimeout(() => link.replaceWith(again), Math.min(2000, 50 * 2 ** tries));
}

window.addEventListener(
  'error',
  ({ target }) => {
    if (target instanceof HTMLLinkElement && target.rel === 'stylesheet') askForStyleAgain(target);
    if (!(target instanceof HTMLScriptElement)) return;
    // Not while the page still loads: whoever waits for that would see it break off.
    if (document.readyState === 'complete') void startAnew();
    else window.addEventListener('load', () => void startAnew(), { once: true });
  },
  true,
);
window.addEventListener('trainyard-started', () => sessionStorage.removeItem(startsKey), { once: true });
