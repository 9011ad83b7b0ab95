/** Names, in lower case, of files and folders that operating systems, network storage and tools leave behind. */
const names = new Set([
  // macOS
  '.ds_store',
  'icon\r',
  '__macosx',
  '.appledouble',
  '.appledb',
  '.appledesktop',
  '.apdisk',
  '.localized',
  '.fseventsd',
  '.spotlight-v100',
  '.temporaryitems',
  '.trashes',
  '.documentrevisions-v100',
  '.volumeicon.icns',
  'network trash folder',
  'temporary items',
  // Windows
  'thumbs.db',
  'ehthumbs.db',
  'ehthumbs_vista.db',
  'desktop.ini',
  '$recycle.bin',
  'system volume information',
  // Linux
  'lost+found',
  '.directory',
  '.thumbnails',
  '.cache',
  // Network storage: Synology, QNAP, NetApp, ZFS
  '@eadir',
  '@recycle',
  '@recently-snapshot',
  '@tmp',
  '#recycle',
  '#snapshot',
  '~snapshot',
  '.snapshot',
  '.snapshots',
  '.zfs',
  '.synologyworkingdirectory',
  // Synchronisers
  '.dropbox',
  '.dropbox.cache',
  '.stfolder',
  '.stversions',
  '.tmp.drivedownload',
  '.tmp.driveupload',
  // Programs
  '__pycache__',
  '.ipynb_checkpoints',
  '.pytest_cache',
  '.mypy_cache',
  '.git',
  '.svn',
  '.hg',
  '.bzr',
  '.dvc',
  '.idea',
  '.vscode',
  '.venv',
  'picasa.ini',
  '.picasa.ini',
  '.picasaoriginals',
]);

const patterns = [
  // AppleDouble, office and editor locks, files that were removed while open
  /^\._/,
  /^~\$/,
  /^\.~lock\..*#$/,
  /^\.nfs[0-9a-f]{8,}$/i,
  /^\.fuse_hidden[0-9a-f]+$/i,
  /^\.trash(-\d+)?$/i,
  /^found\.\d{3}$/i,
  // Windows XP writes them so; in lower case they are words
  /^RECYCLE[RD]$/,
];

/** Whether a file or folder is one that operating systems leave behind (by its name): it is skipped silently. */
export function isLeftover(segment: string): boolean {
  return names.has(segment.toLowerCase()) || patterns.some((pattern) => pattern.test(segment));
}

/** Whether a file or folder is hidden, as Unix understands it. */
export function isHidden(segment: string): boolean {
  return segment.startsWith('.');
}
