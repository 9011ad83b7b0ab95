import { Button, Group, SegmentedControl, Slider, Switch, Text } from '@mantine/core';
import { IconZoomReset } from '@tabler/icons-react';
import { useState } from 'react';
import { Note } from '../components/note.ts';
import { useText } from '../i18n/use-text.ts';
import { useWhileShown } from '../rpc/use-while-shown.ts';
import classes from './chart.module.css';
import { Chart } from './chart.tsx';
import type { ChartLine, EpochMark, View } from './chart-line.ts';
import type { RunFeed } from './run-feed.ts';
import { useChartSettings } from './use-chart-settings.ts';
import type { Feeds } from './use-feeds.ts';

export interface BoardChart {
  readonly key: string;
  readonly title: string;
  readonly lines: readonly ChartLine[];
}

interface ChartBoardProps {
  readonly charts: readonly BoardChart[];
  readonly feeds: Pick<Feeds, 'feeds' | 'onChange'>;
  readonly mark?: EpochMark | null;
}

/** Charts over one common x axis: what one zooms, all show. */
export function ChartBoard({ charts, feeds: { feeds, onChange }, mark = null }: ChartBoardProps) {
  const { t } = useText();
  const [settings, setSettings] = useChartSettings();
  const [view, setView] = useState<View>(null);
  const { axis } = settings;
  const look = (feed: RunFeed, signal: AbortSignal) => {
    const length = axis === 'epoch' ? feed.stepsPerEpoch || 1 : 1;
    const window = view && {
      fromStep: Math.max(0, Math.floor(view.from * length)),
      toStep: Math.ceil(view.to * length),
    };
    return feed.look(window, signal);
  };
  const error = useWhileShown(
    (signal) => Promise.all(feeds.map((feed) => look(feed, signal))),
    [feeds, view, axis],
  );
  // A finer look that fails leaves the coarser one on the screen; the page's boundary must know all the same.
  if (error !== null) throw error;
  return (
    <div>
      <Group gap="lg" mb="md" style={{ rowGap: 8 }}>
        <SegmentedControl
          size="xs"
          aria-label={t('charts.axis')}
          value={axis}
          onChange={(value) => {
            setView(null);
            setSettings({ ...settings, axis: value });
          }}
          data={[
            { value: 'step', label: t('charts.step') },
            { value: 'epoch', label: t('charts.epoch') },
          ]}
        />
        <Group gap="xs" wrap="nowrap">
          <Note id="smoothing">{t('charts.smoothing')}</Note>
          <Slider
            w={140}
            size="sm"
            min={0}
            max={0.99}
            step={0.01}
            label={null}
            thumbLabel={t('charts.smoothing')}
            value={settings.smoothing}
            onChange={(smoothing) => setSettings({ ...settings, smoothing })}
          />
          <Text size="sm" className="tabular" w={32}>
            {settings.smoothing.toFixed(2)}
          </Text>
        </Group>
        <Switch
          size="sm"
          label={t('charts.logarithmic')}
          checked={settings.logarithmic}
          onChange={(event) => setSettings({ ...settings, logarithmic: event.currentTarget.checked })}
        />
        <Group gap="xs" ml="auto" mih={26}>
          {view ? (
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconZoomReset size={15} aria-hidden />}
              onClick={() => setView(null)}
            >
              {t('charts.resetZoom')}
            </Button>
          ) : (
            <Note size="xs" visibleFrom="md">
              {t('charts.zoomHint')}
            </Note>
          )}
        </Group>
      </Group>
      <div className={classes.grid}>
        {charts.map((chart) => (
          <Chart
            key={chart.key}
            title={chart.title}
            lines={chart.lines}
            settings={settings}
            view={view}
            onView={setView}
            mark={mark}
            onChange={onChange}
          />
        ))}
      </div>
    </div>
  );
}
