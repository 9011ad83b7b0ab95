import { ActionIcon, Anchor, Button, Group, Text, Tooltip } from '@mantine/core';
import { ORPCError } from '@orpc/client';
import { IconCheck, IconCopy, IconExternalLink, IconEye, IconEyeOff } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { StackService } from '../../../../shared/contract/stack.ts';
import type { ServiceName } from '../../../../shared/model/stack.ts';
import { Note } from '../../../components/note.ts';
import { Section } from '../../../components/page.tsx';
import { ProblemAlert } from '../../../components/problem-alert.tsx';
import { serviceLabels } from '../../../components/stack/stack.ts';
import { useText } from '../../../i18n/use-text.ts';
import { engine } from '../../../rpc/client.ts';
import classes from './connect-section.module.css';

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
  const { t } = useText();
  const reachable = services.filter(({ endpoint }) => endpoint !== null);
  if (reachable.length === 0) return null;
  return (
    <Section title={t('stack.connect')} mb={0}>
      <Note mb="sm">{t('stack.connectHint')}</Note>
      <ul className="surface plain-list divided">
        {reachable.map((service) => (
          <ConnectionRow key={service.name} service={service} />
        ))}
      </ul>
    </Section>
  );
}

/** A connection string, asked of the engine only when a person wants it, and kept only while it is shown. */
function ConnectionRow({ service }: { readonly service: StackService }) {
  const { t } = useText();
  const { name, endpoint } = service;
  const label = serviceLabels[name];
  const [shown, setShown] = useState<string | null>(null);
  const read = async () => (name === 'temporal' ? (endpoint ?? '') : (await engine.stack.reveal())[name]);
  // Neither gives an answer back: it must not stay behind in the mutation.
  const reveal = useMutation({ mutationFn: async () => setShown(await read()), gcTime: 0 });
  const copy = useMutation({
    mutationFn: async () => navigator.clipboard.writeText(await read()),
    gcTime: 0,
    onSuccess: () => setTimeout(() => copy.reset(), copiedMs),
  });
  const page = pageOf(service);
  const copyLabel = copy.isSuccess ? t('common.copied') : t('stack.copyConnectionOf', { name: label });
  const refusal = reveal.error ?? (copy.error instanceof ORPCError ? copy.error : null);
  return (
    <li className={classes.row}>
      <Text component="span" fz={13} fw={600}>
        {label}
      </Text>
      <div className={classes.string}>
        <code
          className="mono"
          style={{ overflowWrap: 'anywhere' }}
          title={t('stack.connection', { name: label })}
        >
          {name === 'temporal' ? (
            endpoint
          ) : shown !== null ? (
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
        {refusal ? (
          <ProblemAlert error={refusal} />
        ) : (
          copy.isError && (
            <Text size="xs" c="red" role="alert">
              {t('stack.copyFailed')}
            </Text>
          )
        )}
      </div>
      <Group gap={6} wrap="nowrap">
        {page && (
          <Anchor
            href={page.url}
            target="_blank"
            rel="noreferrer"
            size="sm"
            mr={6}
            style={{ whiteSpace: 'nowrap' }}
          >
            {t(`stack.consoles.${page.key}`)}
            <IconExternalLink size={14} aria-hidden style={{ marginLeft: 4, verticalAlign: '-2px' }} />
          </Anchor>
        )}
        {name !== 'temporal' && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            aria-label={t(shown === null ? 'stack.revealOne' : 'stack.hideOne', { name: label })}
            loading={reveal.isPending}
            leftSection={
              shown === null ? <IconEye size={15} aria-hidden /> : <IconEyeOff size={15} aria-hidden />
            }
            onClick={() => (shown === null ? reveal.mutate() : setShown(null))}
          >
            {t(shown === null ? 'stack.reveal' : 'stack.hide')}
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
      </Group>
    </li>
  );
}
