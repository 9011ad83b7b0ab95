import { ActionIcon, Anchor, Button, Text, Title, Tooltip } from '@mantine/core';
import { ORPCError } from '@orpc/client';
import { IconCheck, IconCopy, IconExternalLink, IconEye, IconEyeOff } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { StackService } from '../../../../shared/contract/stack.ts';
import type { ServiceName } from '../../../../shared/model/stack.ts';
import { ProblemAlert } from '../../../components/problem-alert.tsx';
import { serviceLabels } from '../../../components/stack/service-names.ts';
import classes from './connect-section.module.css';
import { type Secrets, useSecrets } from './use-secrets.ts';

/** How a connection string begins; Temporal's has no password and is its endpoint. */
const schemes: Readonly<Record<Exclude<ServiceName, 'temporal'>, string>> = {
  postgres: 'postgres://',
  mongo: 'mongodb://',
  redis: 'redis://',
  s3: 'http://',
};

/** Where a service has a page of its own: the purpose of the port. */
const pages = [
  ['s3', 'console'],
  ['temporal', 'ui'],
] as const;

const copiedMs = 1500;

function pageOf(service: StackService): { readonly key: 's3' | 'temporal'; readonly url: string } | null {
  const page = pages.find(([name]) => name === service.name);
  const port = page && service.ports[page[1]];
  if (!page || port === undefined || service.status !== 'healthy') return null;
  const host = service.endpoint?.replace(/:\d+$/, '') ?? '127.0.0.1';
  return { key: page[0], url: `http://${host}:${port}` };
}

/** How a person's own tools reach the services. */
export function ConnectSection({ services }: { readonly services: readonly StackService[] }) {
  const { t } = useTranslation();
  const secrets = useSecrets();
  const reachable = services.filter(({ endpoint }) => endpoint !== null);
  if (reachable.length === 0) return null;
  return (
    <section aria-labelledby="connect">
      <Title order={2} size={16} id="connect">
        {t('stack.connect')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('stack.connectHint')}
      </Text>
      {secrets.error != null && <ProblemAlert error={secrets.error} />}
      <ul className={`surface ${classes.list}`}>
        {reachable.map((service) => (
          <ConnectionRow key={service.name} service={service} secrets={secrets} />
        ))}
      </ul>
    </section>
  );
}

function ConnectionRow({ service, secrets }: { readonly service: StackService; readonly secrets: Secrets }) {
  const { t } = useTranslation();
  const { name, endpoint } = service;
  const label = serviceLabels[name];
  const copy = useMutation({
    mutationFn: () =>
      name === 'temporal' ? navigator.clipboard.writeText(endpoint ?? '') : secrets.copy(name),
    gcTime: 0,
    onSuccess: () => setTimeout(() => copy.reset(), copiedMs),
  });
  const page = pageOf(service);
  const shown = secrets.shown[name];
  const copyLabel = copy.isSuccess ? t('common.copied') : t('stack.copyConnectionOf', { name: label });
  const revealLabel = t(shown === undefined ? 'stack.revealOne' : 'stack.hideOne', { name: label });
  return (
    <li className={classes.row}>
      <span className={classes.name}>{label}</span>
      <div className={classes.string}>
        <code className={classes.url} title={t('stack.connection', { name: label })}>
          {name === 'temporal' ? (
            endpoint
          ) : shown !== undefined ? (
            <span data-secret="shown">{shown}</span>
          ) : (
            <>
              {schemes[name]}
              <span role="img" aria-label={t('stack.hidden')}>
                ••••••••
              </span>
              @{endpoint}
            </>
          )}
        </code>
        {copy.isError && (
          <Text size="xs" c="red" role="alert">
            {copy.error instanceof ORPCError ? copy.error.message : t('stack.copyFailed')}
          </Text>
        )}
      </div>
      <div className={classes.actions}>
        {page && (
          <Anchor href={page.url} target="_blank" rel="noreferrer" size="sm" className={classes.page}>
            {t(`stack.consoles.${page.key}`)}
            <IconExternalLink size={14} aria-hidden />
          </Anchor>
        )}
        {name !== 'temporal' && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            aria-label={revealLabel}
            loading={secrets.pending === name}
            leftSection={
              shown === undefined ? <IconEye size={15} aria-hidden /> : <IconEyeOff size={15} aria-hidden />
            }
            onClick={() => (shown === undefined ? secrets.reveal(name) : secrets.hide(name))}
          >
            {t(shown === undefined ? 'stack.reveal' : 'stack.hide')}
          </Button>
        )}
        <Tooltip label={copyLabel}>
          <ActionIcon
            variant="subtle"
            color={copy.isSuccess ? 'green' : 'gray'}
            aria-label={copyLabel}
            loading={copy.isPending}
            onClick={() => copy.mutate()}
          >
            {copy.isSuccess ? <IconCheck size={15} /> : <IconCopy size={15} />}
          </ActionIcon>
        </Tooltip>
      </div>
    </li>
  );
}
