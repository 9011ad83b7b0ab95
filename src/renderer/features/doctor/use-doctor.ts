import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { languageOf } from '../../i18n/i18n.ts';
import { engine, queries } from '../../rpc/client.ts';

/** The doctor's findings in the person's language, with the milliseconds that the checks took. */
export function useDoctor() {
  const { i18n } = useTranslation();
  const language = languageOf(i18n);
  return useQuery({
    queryKey: [...queries.system.doctor.key(), 'timed', language],
    queryFn: async ({ signal }) => {
      const begun = performance.now();
      const report = await engine.system.doctor({ language }, { signal });
      return { ...report, tookMs: performance.now() - begun };
    },
    staleTime: 30_000,
  });
}
