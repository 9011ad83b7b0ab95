/** Problems that the page itself knows by their code; the engine's own come with English sentences that name what they are about. */
export const codes = {
  CONNECTION_LOST: {
    message: 'The connection to the engine broke while it was at work',
    hint: 'See whether it was done, and ask again if it was not.',
  },
  NOT_CONNECTED: {
    message: 'The engine cannot be reached; nothing was sent to it',
    hint: 'Try again once the page is connected.',
  },
  UPLOAD_FAILED: {
    message: 'The file could not be sent to the engine',
    hint: 'See whether the engine runs and its disk has room, then try again.',
  },
  PART_UNREACHABLE: {
    message: 'This part of the page could not be fetched from the engine',
    hint: 'It is fetched by itself once the engine answers again; or try again now.',
  },
  PAGE_OUTDATED: {
    message: 'The engine was updated, and this page is from before',
    hint: 'Reload the page.',
  },
};
