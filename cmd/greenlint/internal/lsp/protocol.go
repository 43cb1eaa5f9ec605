package lsp

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
)

// The parts of the protocol that the server speaks, version 3.17.

type position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

type lspRange struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

type location struct {
	URI   string   `json:"uri"`
	Range lspRange `json:"range"`
}

type diagnostic struct {
	Range       lspRange         `json:"range"`
	Severity    int              `json:"severity"`
	Code        string           `json:"code"`
	Description *codeDescription `json:"codeDescription,omitempty"`
	Source      string           `json:"source"`
	Message     string           `json:"message"`
	Related     []related        `json:"relatedInformation,omitempty"`
	Tags        []int            `json:"tags,omitempty"`
	Data        *diagnosticData  `json:"data,omitempty"`
}

// diagnosticData is an object since clients show a diagnostic to other servers too,
// and gopls fails on data of another shape.
type diagnosticData struct {
	Fingerprint string `json:"fingerprint"`
}

type codeDescription struct {
	Href string `json:"href"`
}

type related struct {
	Location location `json:"location"`
	Message  string   `json:"message"`
}

type publishParams struct {
	URI         string       `json:"uri"`
	Version     *int         `json:"version,omitempty"`
	Diagnostics []diagnostic `json:"diagnostics"`
}

type initializeParams struct {
	RootURI    *string           `json:"rootUri"`
	RootPath   *string           `json:"rootPath"`
	Folders    []workspaceFolder `json:"workspaceFolders"`
	Capability struct {
		General struct {
			Encodings []string `json:"positionEncodings"`
		} `json:"general"`
		Workspace struct {
			Edit struct {
				DocumentChanges bool `json:"documentChanges"`
			} `json:"workspaceEdit"`
			Watched struct {
				Dynamic bool `json:"dynamicRegistration"`
			} `json:"didChangeWatchedFiles"`
			Diagnostics struct {
				Refresh bool `json:"refreshSupport"`
			} `json:"diagnostics"`
		} `json:"workspace"`
		Document struct {
			Diagnostic *struct{} `json:"diagnostic"`
		} `json:"textDocument"`
		Window struct {
			Progress bool `json:"workDoneProgress"`
		} `json:"window"`
	} `json:"capabilities"`
	Options json.RawMessage `json:"initializationOptions"`
}

type pullParams struct {
	Document textDocument `json:"textDocument"`
	Previous string       `json:"previousResultId"`
}

type workspacePullParams struct {
	Previous []struct {
		URI   string `json:"uri"`
		Value string `json:"value"`
	} `json:"previousResultIds"`
}

type watchedParams struct {
	Changes []struct {
		URI string `json:"uri"`
	} `json:"changes"`
}

type workspaceFolder struct {
	URI  string `json:"uri"`
	Name string `json:"name"`
}

type textDocument struct {
	URI      string `json:"uri"`
	Language string `json:"languageId,omitempty"`
	Version  int    `json:"version"`
	Text     string `json:"text"`
}

type didOpenParams struct {
	Document textDocument `json:"textDocument"`
}

type didChangeParams struct {
	Document textDocument `json:"textDocument"`
	Changes  []struct {
		Range *lspRange `json:"range"`
		Text  string    `json:"text"`
	} `json:"contentChanges"`
}

type documentParams struct {
	Document textDocument `json:"textDocument"`
}

type positionParams struct {
	Document textDocument `json:"textDocument"`
	Position position     `json:"position"`
}

type hoverResult struct {
	Contents markup   `json:"contents"`
	Range    lspRange `json:"range"`
}

type markup struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
}

type codeActionParams struct {
	Document textDocument `json:"textDocument"`
	Range    lspRange     `json:"range"`
	Context  struct {
		Only []string `json:"only"`
	} `json:"context"`
}

type codeAction struct {
	Title       string        `json:"title"`
	Kind        string        `json:"kind"`
	Diagnostics []diagnostic  `json:"diagnostics"`
	Preferred   bool          `json:"isPreferred,omitempty"`
	Edit        workspaceEdit `json:"edit"`
}

type workspaceEdit struct {
	Changes         map[string][]textEdit `json:"changes,omitempty"`
	DocumentChanges []textDocumentEdit    `json:"documentChanges,omitempty"`
}

type textDocumentEdit struct {
	Document versionedDocument `json:"textDocument"`
	Edits    []textEdit        `json:"edits"`
}

type versionedDocument struct {
	URI     string `json:"uri"`
	Version *int   `json:"version"`
}

type textEdit struct {
	Range lspRange `json:"range"`
	Text  string   `json:"newText"`
}

type foldersParams struct {
	Event struct {
		Added   []workspaceFolder `json:"added"`
		Removed []workspaceFolder `json:"removed"`
	} `json:"event"`
}

// pathOf is the file that a URI names; "" where it names none.
func pathOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" {
		return ""
	}
	p := u.Path
	if runtime.GOOS == "windows" {
		p = strings.TrimPrefix(p, "/")
	}
	return filepath.Clean(filepath.FromSlash(p))
}

// uriOf names a file.
func uriOf(path string) string {
	p := filepath.ToSlash(path)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	return (&url.URL{Scheme: "file", Path: p}).String()
}
