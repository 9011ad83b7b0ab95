/** The one owner that exists before there are accounts; the migrations make the row. */
export const localOwnerId = '00000000-0000-4000-8000-000000000001';
