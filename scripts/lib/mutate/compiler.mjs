import path from 'node:path';
import ts from 'typescript';

/** A careless hand that removes the last use of a name removes the name as well. */
const LENIENT = { noUnusedLocals: false, noUnusedParameters: false };

/** What TypeScript says of a source with a mutant in it: one that it refuses is noticed before any test runs. */
export class Compiler {
  #changed = { file: '', text: '', version: 0 };

  /** `folder`: of the project, with its tsconfig.json; `files`: by their paths from there */
  constructor(folder, files) {
    this.folder = folder;
    this.files = files.map((file) => path.join(folder, file));
    const { config, error } = ts.readConfigFile(path.join(folder, 'tsconfig.json'), ts.sys.readFile);
    if (error) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, ' '));
    // No file of its `include` is looked for: what the sources import is enough.
    const alone = { ...config, include: undefined, files: this.files };
    const { options } = ts.parseJsonConfigFileContent(alone, ts.sys, folder);
    this.service = ts.createLanguageService(this.#host({ ...options, ...LENIENT }));
  }

  accepts(file, text) {
    const name = path.join(this.folder, file);
    this.#changed = { file: name, text, version: this.#changed.version + 1 };
    return [...this.service.getSyntacticDiagnostics(name), ...this.service.getSemanticDiagnostics(name)].every(
      ({ category }) => category !== ts.DiagnosticCategory.Error,
    );
  }

  #host(options) {
    const read = (name) => (name === this.#changed.file ? this.#changed.text : ts.sys.readFile(name));
    return {
      getCompilationSettings: () => options,
      getCurrentDirectory: () => this.folder,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      getScriptFileNames: () => this.files,
      getScriptVersion: (name) => (name === this.#changed.file ? `${this.#changed.version}` : '0'),
      getScriptSnapshot: (name) => {
        const text = read(name);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      fileExists: ts.sys.fileExists,
      readFile: ts.sys.readFile,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
      readDirectory: ts.sys.readDirectory,
    };
  }
}
