/** Why a snapshot was made for which nobody said why; kept in its manifest, so it is the same in every language. */
export const byHand = 'by hand';
