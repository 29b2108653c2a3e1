/** The pages of the document that have a structure of their own here, and their files among the runbooks. */
export const PAGES = {
  B: 'pipeline-failures',
  C: 'security-violations',
  D: 'analysis-latency',
  E: 'image-processing-stalled',
  F: 'outbox-stuck',
} as const;

export type Page = keyof typeof PAGES;

/**
 * Each line of the document's pages B to F, in its order: its symptoms, its commands and its comments that ask for something,
 * with where it stands. Written as docs/coverage.md writes them: paths and words that say nothing are left out.
 */
export const DOCUMENT: Record<Page, Record<string, string[]>> = {
  B: {
    'B.symptoms': [
      'alert `KingfisherPipelineFailuresHigh`',
      'error rate > 5 failures/5min',
      'users report missing analysis',
    ],
    'B.diagnosis': [
      '`grep -i error service.log | tail -20`',
      '`curl …/metrics | grep pipeline_failures`',
      '`curl …/master-summary/statistics`',
    ],
    'B.1': ['`seed_config.py`, reduce `openai.max_qps` from 8 to 4'],
    'B.2': ['`ls -la data/images/`', '`find … -exec file … | grep -v "JPEG image"`'],
    'B.3': ['`curl …/metrics | grep db_connections`', '`systemctl restart kingfisher`'],
    'B.4': ['`grep "plugin.*error" service.log`', '`step5_runner.py --plugin … --symbol …`'],
    'B.priority': [
      'stop further damage (pause automation if needed)',
      'fix immediate cause',
      'clear error backlog',
      'resume normal operation',
    ],
  },
  C: {
    'C.symptoms': [
      'alert `KingfisherSecurityViolationsHigh`',
      'more than 10 violations in 5 minutes',
      'possible attack or misconfiguration',
    ],
    'C.diagnosis': [
      '`curl …/metrics | grep kingfisher_security_violations_total`',
      '`grep "40[13]" access.log | tail -20`',
      '`grep … | awk … | sort | uniq -c | sort -nr`',
    ],
    'C.1': ['`redis-cli keys "ratelimit:*" | head -10`', 'increase rate limits temporarily if legitimate'],
    'C.2': ['`grep "401" access.log | tail -10`', '`gen_jwt.py --roles analysis.write --expires 24`'],
    'C.3': ['`iptables -A INPUT -s … -j DROP`', 'notify security team', 'review access patterns for last 24h'],
  },
  D: {
    'D.symptoms': [
      'alert `KingfisherAnalysisLatencyHigh`',
      'P95 latency > 30 seconds for 10+ minutes',
      'users report slow response times',
      'processing backlog building up',
    ],
    'D.diagnosis': [
      '`curl …/metrics | grep analysis_duration_seconds`',
      '`uptime`, `iostat 1 5`',
      '`ps aux | grep kingfisher`',
    ],
    'D.1': ['`orchestrator.max_workers` from 8 to 4', '`systemctl reload kingfisher`'],
    'D.2': [
      '`df -h`, `iostat -x 1 5`',
      'move temporary files to a faster disk',
      '`find data/images/temp -mtime +1 -delete`',
    ],
    'D.3': [
      '`SELECT query, mean_time FROM pg_stat_statements …`',
      'add missing indices if needed',
      'check connection pool status',
    ],
    'D.4': ['`curl -w … https://api.openai.com/v1/models`', 'reduce OpenAI dependency, fallback processing mode'],
  },
  E: {
    'E.symptoms': [
      'no images downloaded for 15+ minutes during business hours',
      'Telegram bot appears inactive',
      'users report missing analysis',
    ],
    'E.diagnosis': [
      '`curl …/api/v1/telegram/status`',
      '`ls -la data/images/Y/m/d/ | head -10`',
      '`curl …/bot$TELEGRAM_BOT_TOKEN/getMe`',
    ],
    'E.1': [
      '`grep "429" service.log | tail -5`',
      'implement backoff if not already active',
      'wait 60 seconds, then resume',
    ],
    'E.2': ['`ping -c 3 api.telegram.org`', '`curl -s https://httpbin.org/ip`', '`nslookup api.telegram.org`'],
    'E.3': ['`echo $TELEGRAM_BOT_TOKEN | head -c 10`', '`curl …/getUpdates`'],
    'E.4': [
      'check if source channel is active',
      'verify bot has access to channel',
      'check for restrictions or deletions',
    ],
  },
  F: {
    'F.symptoms': [
      'Alert `KingfisherOutboxEventsStuck`',
      '> 100 pending events for 10+ minutes',
      'RabbitMQ may be down or unreachable',
    ],
    'F.diagnosis': [
      '`curl …/api/v1/outbox/stats`',
      '`systemctl status rabbitmq-server`',
      '`curl …:15672/api/overview -u guest:guest`',
      '`telnet localhost 5672`',
    ],
    'F.1': [
      '`systemctl restart rabbitmq-server`',
      '`rabbitmqctl list_exchanges`',
      '"events will automatically resume publishing"',
    ],
    'F.2': ['`iptables -L | grep 5672`', '`python -c "import pika; …"`'],
    'F.3': ['`grep "outbox.*publisher" … | tail -10`', '`systemctl restart kingfisher`'],
  },
};
