import {
  Alert,
  Box,
  Button,
  Code,
  Group,
  SimpleGrid,
  Skeleton,
  Stack,
  Tabs,
  Text,
  Title,
} from '@mantine/core';
import {
  IconFileText,
  IconInfoCircle,
  IconPlayerPlay,
  IconStack2,
  IconStethoscope,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { StackService, StackState } from '../../../shared/contract/stack.ts';
import { type ServiceName, serviceNames } from '../../../shared/model/stack.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkButton } from '../../components/links.tsx';
import { Note } from '../../components/note.ts';
import { Page } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { CauseAlert } from '../../components/stack/cause-alert.tsx';
import {
  serviceLabels,
  useStack,
  useStackRefusal,
  useStackVerb,
  useStoresAway,
  type Verb,
} from '../../components/stack/stack.ts';
import { StackBadge } from '../../components/status-badge.tsx';
import { useText } from '../../i18n/use-text.ts';
import { lateSection } from '../../late/late-part.tsx';
import { queries } from '../../rpc/client.ts';
import { toProblem } from '../../rpc/problem.ts';
import { ServicesTab } from './services/services-tab.tsx';
import { StackActions } from './stack-actions.tsx';
import { useWork } from './work/use-work.ts';
import type { Work } from './work/work.ts';
import { WorkPanel } from './work/work-panel.tsx';

const LogsTab = lateSection(async () => (await import('./log/logs-tab.tsx')).LogsTab);

/** The stack: what runs, what is being done with it, what it says. */
export function StackPage() {
  const { t } = useText();
  const stack = useStack();
  const work = useWork();
  const verb = useStackVerb();
  const refusal = useStackRefusal();
  const { data, error } = stack;
  const working = work?.status === 'running' || data?.operation?.status === 'running';
  const blocked = error
    ? t('stack.noDaemon')
    : working || data?.status === 'stopping'
      ? t('stack.busy')
      : null;
  const known = useKnownStack(data, error !== null);
  const pending = verb.isPending && verb.variables.services.length === 0 ? verb.variables.verb : null;
  return (
    <Page
      title={t('nav.stack')}
      badge={data && !error && <StackBadge status={data.status} />}
      subtitle={data ? <Subtitle stack={data} /> : t('stack.subtitle')}
      actions={
        known && (
          <StackActions
            stack={known}
            working={working}
            blocked={blocked}
            pending={pending}
            onVerb={(one) => verb.mutate({ verb: one, services: [] })}
          />
        )
      }
    >
      {error && (
        <Box mb="md">
          <CauseAlert cause={toProblem(error)} note={t('stack.unreachable')} />
        </Box>
      )}
      {refusal !== null && (
        <Box mb="md">
          <ProblemAlert error={refusal} />
        </Box>
      )}
      {stack.isPending && <Skeleton height={360} radius="md" />}
      {data && !error && (
        <Body
          stack={data}
          work={work}
          blocked={blocked}
          starting={verb.isPending}
          onVerb={(one, services) => verb.mutate({ verb: one, services })}
        />
      )}
    </Page>
  );
}

type Known = Pick<StackState, 'profile' | 'services' | 'name' | 'status'>;

/** The stack; where Docker cannot say how it is, at least the profile, so that one can switch to another one. */
function useKnownStack(data: StackState | undefined, failed: boolean): Known | null {
  const away = useStoresAway();
  const info = useQuery(queries.system.info.queryOptions({ enabled: failed && data === undefined }));
  if (data) return data;
  if (!failed || (!info.data && away === null)) return null;
  return { profile: info.data?.profile ?? 'docker', services: [], name: null, status: 'absent' };
}

function Subtitle({ stack }: { readonly stack: StackState }) {
  const { t } = useText();
  return (
    <>
      {t('stack.inUse', { profile: t(`stack.profiles.${stack.profile}`) })}
      {stack.name !== null && (
        <>
          {' · '}
          <span className="mono">{stack.name}</span>
        </>
      )}
    </>
  );
}

interface BodyProps {
  readonly stack: StackState;
  readonly work: Work | null;
  readonly blocked: string | null;
  readonly starting: boolean;
  readonly onVerb: (verb: Verb, services: readonly ServiceName[]) => void;
}

function Body({ stack, work, blocked, starting, onVerb }: BodyProps) {
  const { t } = useText();
  const navigate = useNavigate({ from: '/stack' });
  const { tab = 'services', services = '' } = useSearch({ from: '/stack' });
  const chosen = useMemo(() => serviceNames.filter((name) => services.split(',').includes(name)), [services]);
  const showLogs = (names: readonly ServiceName[]) =>
    void navigate({
      search: { tab: 'logs', ...(names.length > 0 && { services: names.join(',') }) },
      replace: tab === 'logs',
    });
  const fresh = stack.status === 'absent' && work?.status !== 'running';
  return (
    <>
      {work && !(fresh && work.status === 'done') && <WorkPanel work={work} services={stack.services} />}
      {stack.profile !== 'docker' && stack.status === 'running' && (
        <Alert
          color="blue"
          icon={<IconInfoCircle size={18} aria-hidden />}
          mb="md"
          title={t('stack.beside', { profile: t(`stack.profiles.${stack.profile}`) })}
        >
          <Text size="sm">{t('stack.besideHint')}</Text>
        </Alert>
      )}
      {fresh ? (
        <FirstStart
          services={stack.services}
          busy={starting || blocked !== null}
          onStart={() => onVerb('up', [])}
        />
      ) : (
        <Tabs
          value={tab}
          keepMounted={false}
          onChange={(value) =>
            value === 'logs' ? showLogs(chosen) : void navigate({ search: {}, replace: true })
          }
        >
          <Tabs.List mb="md">
            <Tabs.Tab value="services" leftSection={<IconStack2 size={16} stroke={1.7} aria-hidden />}>
              {t('stack.tabs.services')}
            </Tabs.Tab>
            <Tabs.Tab value="logs" leftSection={<IconFileText size={16} stroke={1.7} aria-hidden />}>
              {t('stack.tabs.logs')}
            </Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="services">
            <ServicesTab
              stack={stack}
              blocked={blocked}
              onVerb={(verb, name) => onVerb(verb, [name])}
              onLogs={(name) => showLogs([name])}
            />
          </Tabs.Panel>
          <Tabs.Panel value="logs">
            {stack.services.every(({ status }) => status === 'absent') ? (
              <EmptyState
                icon={IconFileText}
                title={t('log.none')}
                hint={t('stackLog.absentHint')}
                action={
                  <Button variant="default" onClick={() => void navigate({ search: {}, replace: true })}>
                    {t('stack.tabs.services')}
                  </Button>
                }
              />
            ) : (
              <LogsTab name={stack.name} chosen={chosen} onChoose={showLogs} />
            )}
          </Tabs.Panel>
        </Tabs>
      )}
    </>
  );
}

const serviceColumns = {
  display: 'grid',
  gridTemplateColumns: '110px minmax(0, 1fr)',
  gap: 12,
  padding: '9px 0',
  fontSize: 13,
};

interface FirstStartProps {
  readonly services: readonly StackService[];
  readonly busy: boolean;
  readonly onStart: () => void;
}

/** Before there is a stack: what it would be, what Start does, and that it is not needed. */
function FirstStart({ services, busy, onStart }: FirstStartProps) {
  const { t } = useText();
  return (
    <SimpleGrid
      component="section"
      cols={{ base: 1, md: 2 }}
      spacing={48}
      verticalSpacing={32}
      p={{ base: '22px 24px', md: '28px 32px' }}
      className="surface"
      style={{ alignItems: 'start' }}
      aria-labelledby="first-start"
    >
      <div>
        <Title order={2} size={18} id="first-start" mb={6}>
          {t('stack.emptyTitle')}
        </Title>
        <Stack gap={10} maw={560}>
          <Text size="sm">{t('stack.emptyHint')}</Text>
          <Text size="sm">{t('stack.emptyImages')}</Text>
          <Note>{t('stack.emptyEmbedded')}</Note>
        </Stack>
        <Group gap="xs" mt="lg">
          <Button leftSection={<IconPlayerPlay size={16} aria-hidden />} loading={busy} onClick={onStart}>
            {t('stack.startOne', { name: t('stack.itself') })}
          </Button>
          <LinkButton to="/doctor" variant="default" leftSection={<IconStethoscope size={16} aria-hidden />}>
            {t('stack.checkFirst')}
          </LinkButton>
        </Group>
      </div>
      <dl className="divided" style={{ margin: 0 }}>
        {serviceNames.map((name) => {
          const image = services.find((service) => service.name === name)?.image;
          return (
            <div key={name} style={serviceColumns}>
              <dt style={{ fontWeight: 600 }}>{serviceLabels[name]}</dt>
              <dd style={{ margin: 0 }}>
                {t(`stack.about.${name}`)}
                {image && (
                  <Code fz={11.5} mt={3} display="block" w="fit-content" maw="100%" className="cut">
                    {image}
                  </Code>
                )}
              </dd>
            </div>
          );
        })}
      </dl>
    </SimpleGrid>
  );
}
