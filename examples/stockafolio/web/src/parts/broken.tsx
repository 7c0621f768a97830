import { Component, type ComponentChildren } from 'preact';
import { Home } from './home.js';

interface BrokenProps {
  /** When this changes, the content is tried again. */
  readonly at: string;
  readonly children: ComponentChildren;
}

/** Reports that the page has failed; otherwise nothing would be shown at all. */
export class Broken extends Component<BrokenProps, { readonly failed: string | undefined }> {
  override state = { failed: undefined };

  override componentDidCatch(error: unknown): void {
    reportError(error);
    this.setState({ failed: this.props.at });
  }

  override render({ at, children }: BrokenProps) {
    if (this.state.failed !== at) return children;
    return (
      <section class="message" role="alert">
        <h1>This page has failed</h1>
        <p>
          What the server has sent could not be shown. Loading the page again may help; if not, tell whoever runs the
          server.
        </p>
        <p>
          <button type="button" onClick={() => location.reload()}>
            Load again
          </button>
        </p>
        <Home />
      </section>
    );
  }
}
