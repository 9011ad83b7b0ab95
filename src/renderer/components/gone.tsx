import { IconMapOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from './empty-state.tsx';
import { LinkButton } from './link-button.tsx';
import { Page } from './page.tsx';

const lists = { project: '/projects', dataset: '/datasets', run: '/runs' } as const;
const crumbs = { project: 'projects', dataset: 'datasets', run: 'runs' } as const;

/** Says that what an address names is not there, and leads to the list of its kind. */
export function GonePage({ noun, name }: { readonly noun: keyof typeof lists; readonly name: string }) {
  const { t } = useTranslation();
  return (
    <Page title={t(`${crumbs[noun]}.one`)} crumbs={[{ label: t(`nav.${crumbs[noun]}`), to: lists[noun] }]}>
      <EmptyState
        icon={IconMapOff}
        title={t(`gone.${noun}.title`)}
        hint={t('gone.hint', { name })}
        action={<LinkButton to={lists[noun]}>{t(`gone.${noun}.back`)}</LinkButton>}
      />
    </Page>
  );
}
