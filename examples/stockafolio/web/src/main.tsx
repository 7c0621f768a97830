import { render } from 'preact';
import { App } from './app.js';
import './styles/tokens.css';
import './styles/page.css';
import './styles/parts.css';
import './styles/tables.css';
import './styles/charts.css';
import './styles/explain.css';
import './styles/treemap.css';
import './styles/holdings.css';
import './styles/account.css';
import './styles/symbol.css';
import './styles/symbols.css';
import './styles/pipeline.css';
import './styles/palette.css';
import './styles/media.css';

const root = document.getElementById('app');
if (root !== null) render(<App />, root);
