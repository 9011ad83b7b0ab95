import { Button, Code, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlayerPlay, IconStethoscope } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { StackService } from '../../../shared/contract/stack.ts';
import { serviceNames } from '../../../shared/model/stack.ts';
import { LinkButton } from '../../components/links.tsx';
import { serviceLabels } from '../../components/stack/stack.ts';
import classes from './first-start.module.css';

interface FirstStartProps {
  readonly services: readonly StackService[];
  readonly busy: boolean;
  readonly onStart: () => void;
}

/** Before there is a stack: what it would be, what Start does, and that it is not needed. */
export function FirstStart({ services, busy, onStart }: FirstStartProps) {
  const { t } = useTranslation();
  return (
    <section className={`surface ${classes.start}`} aria-labelledby="first-start">
      <div>
        <Title order={2} size={18} id="first-start" mb={6}>
          {t('stack.emptyTitle')}
        </Title>
        <Stack gap={10} maw={560}>
          <Text size="sm">{t('stack.emptyHint')}</Text>
          <Text size="sm">{t('stack.emptyImages')}</Text>
          <Text size="sm" c="dimmed">
            {t('stack.emptyEmbedded')}
          </Text>
        </Stack>
        <Group gap="xs" mt="lg">
          <Button leftSection={<IconPlayerPlay size={16} aria-hidden />} loading={busy} onClick={onStart}>
            {t('stack.startAll')}
          </Button>
          <LinkButton to="/doctor" variant="default" leftSection={<IconStethoscope size={16} aria-hidden />}>
            {t('stack.checkFirst')}
          </LinkButton>
        </Group>
      </div>
      <dl className={classes.services}>
        {serviceNames.map((name) => (
          <div key={name} className={classes.service}>
            <dt>{serviceLabels[name]}</dt>
            <dd>
              {t(`stack.about.${name}`)}
              <Code fz={11.5} className={classes.image}>
                {services.find((service) => service.name === name)?.image}
              </Code>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
