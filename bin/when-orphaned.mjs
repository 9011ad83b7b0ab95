/**
 * Calls back once the process that started this one is gone, where that was npm: killed outright, it passes nothing on.
 * @param {() => void} callback
 * @returns {() => void} stops looking
 */
export function whenOrphaned(callback) {
  if (!process.env.npm_lifecycle_event || process.platform === 'win32') return () => {};
  const parent = process.ppid;
  // No event tells it; asking costs one system call.
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    callback();
  }, 500);
  timer.unref();
  return () => clearInterval(timer);
}
