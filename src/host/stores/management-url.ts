/** Another question to RabbitMQ's management, beside the overview that is configured: `/api/nodes?columns=name`. */
export function managementUrlOf(configured: string, question: string): string {
  const url = new URL(configured);
  const [path = '', query = ''] = question.split('?');
  url.pathname = `${url.pathname.replace(/(\/api\/overview)?\/*$/, '')}${path}`;
  url.search = query === '' ? '' : `?${query}`;
  return url.href;
}
