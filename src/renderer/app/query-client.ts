import { QueryClient } from '@tanstack/react-query';

/** Reads stay true by notifications, not by time; the connection repeats what broke, so that an error here is an answer. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 0, retry: false, refetchOnWindowFocus: false, networkMode: 'always' },
    mutations: { retry: false, networkMode: 'always' },
  },
});
