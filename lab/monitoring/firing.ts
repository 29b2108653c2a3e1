/** An alert as Prometheus has it. */
export interface PrometheusAlert {
  state: 'pending' | 'firing';
  labels: Record<string, string>;
}

/** Pending and firing. @throws Error when Prometheus does not answer within this time */
export async function alertsIn(prometheusUrl: string, withinMs: number): Promise<PrometheusAlert[]> {
  const response = await fetch(`${prometheusUrl}/api/v1/alerts`, { signal: AbortSignal.timeout(withinMs) });
  const { data } = (await response.json()) as { data: { alerts: PrometheusAlert[] } };
  return data.alerts;
}
