import { codeOf, isSystemCode } from '../../../platform/error-code.ts';
import { EntryFault } from '../ports.ts';
import { makeProblem } from '../problems.ts';

const again = 'Get the archive again from where it came, or pack it again.';

/** The archive ends before its time. */
export function truncated(path: string, cause: unknown): EntryFault {
  const message = 'The archive ends in the middle: what comes after this is lost';
  return new EntryFault(makeProblem('ARCHIVE_TRUNCATED', path, message, again), { fatal: true, cause });
}

/** Something in the archive can't be understood; `fatal` where nothing behind it can be either. `why` is in our own words. */
export function damaged(
  path: string,
  why: string,
  fatal: boolean,
  cause?: unknown,
  hint: string = again,
): EntryFault {
  return new EntryFault(makeProblem('ARCHIVE_UNREADABLE', path, `The archive can't be read: ${why}`, hint), {
    fatal,
    cause,
  });
}

/** Links in archives could point anywhere by the time they are used; hard links to what the archive never held. */
export function linkInArchive(path: string): EntryFault {
  return new EntryFault(
    makeProblem(
      'PATH_ESCAPES',
      path,
      'The entry is a link, and links in archives may lead anywhere',
      'Pack the files themselves (tar: --dereference --hard-dereference).',
    ),
  );
}

/** What the operating system says against reading a file, in words; null where the error is another. */
export function systemReason(error: unknown): string | null {
  const code = codeOf(error);
  if (!isSystemCode(code)) return null;
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not read it';
  if (code === 'ENOENT') return 'it is gone';
  return code === 'EIO' ? 'the disk can’t read it' : `the system answers ${code}`;
}
