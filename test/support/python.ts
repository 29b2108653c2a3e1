/** Of Debian: it brings pip with it, so that an environment is made without a network. */
const PYTHON = '/usr/bin/python3';

/** Makes wheels of two packages, an index of the newer ones in a folder, and an environment that has the older ones. */
const MAKE = `
import os, subprocess, sys, venv, zipfile
top = sys.argv[1]
def wheel(name, version, folder):
    os.makedirs(folder, exist_ok=True)
    info = f'{name}-{version}.dist-info'
    file = f'{folder}/{name}-{version}-py3-none-any.whl'
    with zipfile.ZipFile(file, 'w') as z:
        z.writestr(f'{name}.py', '')
        z.writestr(f'{info}/METADATA', f'Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n')
        z.writestr(f'{info}/WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        z.writestr(f'{info}/RECORD', '')
    return file
mine = [wheel('oldwidget', '1.0', f'{top}/wheels'), wheel('currentwidget', '3.0', f'{top}/wheels')]
newest = [wheel('oldwidget', '2.0', f'{top}/index/files'), wheel('currentwidget', '3.0', f'{top}/index/files')]
for file in newest:
    base = os.path.basename(file)
    page = f"{top}/index/simple/{base.split('-')[0].replace('_', '-')}"
    os.makedirs(page, exist_ok=True)
    with open(f'{page}/index.html', 'w') as f:
        f.write(f'<a href="../../files/{base}">{base}</a>')
venv.create(f'{top}/venv', with_pip=True)
with open(f'{top}/venv/pip.conf', 'w') as f:
    f.write(f'[global]\\nindex-url = file://{top}/index/simple\\n')
subprocess.run([f'{top}/venv/bin/python', '-m', 'pip', 'install', '--quiet', '--no-index', '--no-deps', *mine], check=True)
`;

/**
 * Makes a real Python environment `venv` below a folder, whose index is another folder there: `oldwidget` is outdated,
 * `currentwidget` is not. No network is used.
 */
export async function makeVenv(run: (program: string, args: string[]) => Promise<unknown>, top: string): Promise<void> {
  await run(PYTHON, ['-c', MAKE, top]);
}
