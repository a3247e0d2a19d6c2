import { describeForms } from './archive-forms.ts';

describeForms('the forms of our archive client on our archive', 'typescript');
