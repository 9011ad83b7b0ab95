import { Button, Collapse, SimpleGrid, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Section } from '../../components/page.tsx';
import { useText } from '../../i18n/use-text.ts';
import type { Field } from './fields.ts';
import classes from './new-run-page.module.css';
import type { Choice } from './use-choice.ts';

interface HowToTrainProps {
  readonly fields: Choice['fields'];
  readonly isWrong: (field: Field) => boolean;
  readonly input: (field: Field) => ReactNode;
}

/** The hyperparameters: what most people change, and the rest folded away while nothing in it is wrong. */
export function HowToTrain({ fields, isWrong, input }: HowToTrainProps) {
  const { t } = useText();
  const [advanced, advancedToggle] = useDisclosure(false);
  const isShown = advanced || fields.advanced.some((one) => one.fields.some(isWrong));
  const Chevron = isShown ? IconChevronDown : IconChevronRight;
  return (
    <Section panel title={t('newRun.how')} mb={16}>
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, xs: 2, sm: 3 }} spacing="md" verticalSpacing="md">
          {fields.basic.map(input)}
        </SimpleGrid>
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          ml={-8}
          style={{ alignSelf: 'flex-start' }}
          aria-expanded={isShown}
          leftSection={<Chevron size={16} aria-hidden />}
          onClick={advancedToggle.toggle}
        >
          {t('newRun.advanced')}
        </Button>
        <Collapse expanded={isShown}>
          <Stack gap="lg">
            {fields.advanced.map(({ group, fields: grouped }) => (
              <fieldset key={group} className={classes.group}>
                <legend>{t(`fieldGroups.${group}`)}</legend>
                <SimpleGrid cols={{ base: 1, xs: 2, sm: 3 }} spacing="md" verticalSpacing="md">
                  {grouped.map(input)}
                </SimpleGrid>
              </fieldset>
            ))}
          </Stack>
        </Collapse>
      </Stack>
    </Section>
  );
}
