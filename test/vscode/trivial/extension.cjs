/** The smallest extension that has one of everything the harness drives: it proves the harness, nothing else. */
const vscode = require('vscode');

exports.activate = (context) => {
  const problems = vscode.languages.createDiagnosticCollection('trivial');
  const check = (document) => {
    const at = document.getText().indexOf('wrong');
    if (document.languageId !== 'plaintext' || at < 0) return;
    const range = new vscode.Range(document.positionAt(at), document.positionAt(at + 5));
    problems.set(document.uri, [new vscode.Diagnostic(range, 'This is wrong')]);
  };
  vscode.workspace.textDocuments.forEach(check);
  context.subscriptions.push(
    problems,
    vscode.workspace.onDidOpenTextDocument(check),
    vscode.languages.registerHoverProvider('plaintext', {
      provideHover: (document, position) =>
        new vscode.Hover(`Word: ${document.getText(document.getWordRangeAtPosition(position))}`),
    }),
    vscode.commands.registerCommand('trivial.greet', () => {
      vscode.window.showInformationMessage('Hello from Trivial', 'Answer');
      return 42;
    }),
    vscode.commands.registerCommand('trivial.panel', () => {
      const panel = vscode.window.createWebviewPanel('trivial', 'Trivial Panel', vscode.ViewColumn.Beside, {
        enableScripts: true,
      });
      panel.webview.html = `<!doctype html><button>Press</button><p></p><script>
        document.querySelector('button').onclick = () => { document.querySelector('p').textContent = 'pressed'; };
      </script>`;
    }),
  );
};
