import { reasonOf } from '../../../../src/host/services/start-reason';

const said = (...lines: string[]) => lines.map((text) => ({ name: 'python', text }));

describe('why a start failed', () => {
  it.each([
    [
      'of pydantic: every field with what is wrong, without its value',
      [
        'pydantic_core._pydantic_core.ValidationError: 2 validation errors for Settings',
        'PORT',
        "  Input should be a valid integer, unable to parse string as an integer [type=int_parsing, input_value='82o1']",
        '    For further information visit https://errors.pydantic.dev/2.5/v/int_parsing',
        'OPENAI_API_KEY',
        '  Field required [type=missing, input_value={}, input_type=dict]',
      ],
      'configuration',
      'PORT: Input should be a valid integer, unable to parse string as an integer; OPENAI_API_KEY: Field required',
    ],
    ['of a setting', ['boot', 'KINGFISHER_PORT: expected a port'], 'configuration', 'KINGFISHER_PORT: expected a port'],
    [
      'of a nested setting',
      ['openai.max_qps: must be at least 1'],
      'configuration',
      'openai.max_qps: must be at least 1',
    ],
    [
      'of a file of settings',
      ['Error: cannot parse configuration /etc/x.yaml'],
      'configuration',
      'Error: cannot parse configuration /etc/x.yaml',
    ],
    [
      'of a port',
      ['[Errno 98] error while attempting to bind on address: address already in use', 'Application startup failed'],
      'port',
      '[Errno 98] error while attempting to bind on address: address already in use',
    ],
    [
      'of a program',
      ['Traceback (most recent call last):', "ModuleNotFoundError: No module named 'src'"],
      'program',
      "ModuleNotFoundError: No module named 'src'",
    ],
    [
      'of a permission',
      ["PermissionError: [Errno 13] Permission denied: '/x'"],
      'denied',
      "PermissionError: [Errno 13] Permission denied: '/x'",
    ],
    ['of anything', ['Traceback', '  File "x.py"', 'ValueError: no way', 'bye'], 'error', 'ValueError: no way'],
  ])('%s', (_what, lines, kind, text) => {
    expect(reasonOf(said(...lines))).toEqual({ kind, text });
  });

  it('is in systemd’s words where the program never ran', () => {
    const line = 'kingfisher.service: Failed at step EXEC spawning /opt/x: No such file or directory';
    const failed = "kingfisher.service: Failed with result 'exit-code'.";
    expect(reasonOf([line, failed].map((text) => ({ name: 'systemd', text })))).toEqual({ kind: 'unit', text: line });
  });

  it.each([[[]], [['listening on 8201', 'GET /health 200']]])('is not known from %j', (lines) => {
    expect(reasonOf(said(...lines))).toBeNull();
  });
});
