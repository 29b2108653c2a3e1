/** The part of it that is used here: it brings no types of its own. */
declare module 'parse-prometheus-text-format' {
  interface Family {
    name: string;
    /** Of samples without a type. */
    metrics: { value: string; labels?: Record<string, string> }[];
  }
  function parsePrometheusTextFormat(text: string): Family[];
  export = parsePrometheusTextFormat;
}
